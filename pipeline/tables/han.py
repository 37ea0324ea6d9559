"""Han characters: which belong to one way of writing alone, and what simplified writing makes of them.

The sets are those of the national standards as Python's own codecs hold them: GB 2312 lists the
characters of simplified Chinese, the first level of Big5 the common ones of traditional Chinese, and
the first level of JIS X 0208 the common ones of Japanese. A character that one standard has and the
others lack tells; 后, 里 or 台, which both Chinese ones have, tell nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# The least part of the telling characters that one way of writing has where a text is in it.
_MOST = 0.8
_FIRST_HAN = "\u4e00"
# The second bytes of each encoding.
_EUC = range(0xA1, 0xFF)
_OF_BIG5 = (*range(0x40, 0x7F), *_EUC)


def _listed(codec: str, first: Iterable[int], second: Iterable[int]) -> frozenset[str]:
    """The Han characters of an encoding, by the two bytes that spell them."""
    seconds = tuple(second)
    pairs = b"\n".join(bytes((high, low)) for high in first for low in seconds)
    found = pairs.decode(codec, "ignore").split("\n")
    return frozenset(char for char in found if len(char) == 1 and char >= _FIRST_HAN)


_GB_2312 = _listed("gb2312", range(0xB0, 0xF8), _EUC)
_BIG5 = _listed("big5", range(0xA4, 0xFA), _OF_BIG5)
_COMMON_BIG5 = _listed("big5", range(0xA4, 0xC7), _OF_BIG5)
_COMMON_JIS = _listed("euc_jp", range(0xB0, 0xD0), _EUC)


def _any_of(chars: frozenset[str]) -> re.Pattern[str]:
    return re.compile(f"[{''.join(sorted(chars))}]")


# 着 and what follows stand in traditional texts as well, for 著, 強, 夠 ...; 璟 and what follows are
# names in both.
SIMPLIFIED = _any_of((_GB_2312 - _BIG5).difference("着强够内况决毁减温脚脱税户污"))
TRADITIONAL = _any_of((_COMMON_BIG5 - _GB_2312).difference("璟祐佺"))
# Common in Japanese and in no Chinese writing; and common in a Chinese writing, but not in Japanese (這
# is, but never without kana).
JAPANESE = _any_of(_COMMON_JIS - _GB_2312 - _BIG5)
CHINESE = _any_of(((_GB_2312 | _COMMON_BIG5) - _COMMON_JIS).union("這"))


def script_of(text: str) -> str | None:
    """`Hans` or `Hant`, the ISO 15924 code of the writing that a Chinese text is in; None where no
    character tells, or where less than four fifths of those that tell agree."""
    hans, hant = len(SIMPLIFIED.findall(text)), len(TRADITIONAL.findall(text))
    telling = hans + hant
    if telling and hans >= _MOST * telling:
        return "Hans"
    if telling and hant >= _MOST * telling:
        return "Hant"
    return None


def simplified(text: str) -> str:
    """A text with the common traditional characters replaced by their simplified forms. Several
    may become one (發 and 髮 become 发): it serves to compare, not to read."""
    return text.translate(_SIMPLIFIED_FORMS)


# The common characters of Big5 that GB 2312 lacks and that have a simplified form in it, and these
# forms, in the same order. Source: kSimplifiedVariant in Unihan_Variants.txt of Unicode 15.0,
# https://www.unicode.org/reports/tr38/#kSimplifiedVariant
_WITH_SIMPLIFIED_FORM = (
    "丟並亂亞佇併來侖侶係俠倀倆倉個們倫偉側偵偽傑傖傘備傢傭傯傳債傷傾僅僑僕僥價儀儂億儈儉儐儔儕儘償優儲儷"
    "儻儼兌兒兗內兩冊冪凍凜凱別刪則剋剎剛剝剴創劃劇劉劊劍劑勁動務勛勝勞勢勵勸勻匯匱區協卻厭厲參叢吳吶呂員"
    "問啞啟喚喪喬單喲嗆嗇嗎嗚嗶嘆嘍嘔嘖嘗嘩嘮嘯嘰噓噥噯噴噸噹嚀嚇嚕嚨嚴嚶囀囁囂囈囑囪國圍園圓圖團執堅堊堝"
    "堯報場塊塋塒塗塢塵塹墊墜墮墳墾壇壓壘壙壞壟壢壩壯壺壽夠夢夾奐奧奩奪奮妝姍姦娛婁婦媧媼媽嫗嫵嫻嬈嬋嬌嬤"
    "嬪嬰嬸孫學孿宮寢實寧審寫寬寵寶將專尋對導尷屆屍屜屢層屨屬岡峴島峽崗崢嵐嶄嶇嶸嶺嶼巒巔帥師帳帶幀幃幗幟"
    "幣幫幹幾庫廁廂廄廈廚廝廟廠廢廣廬廳弒張強彈彌彎彙彥徑從徠復徹恆恥悅悵悶惡惱惻愛愜愴愷愾慄態慍慘慚慟慣"
    "慫慮慶憂憊憐憑憚憤憫憮憲憶懇應懍懣懲懶懷懸懺懼懾戀戰戲戶拋挾捨捫捲掃掄掙掛採揀揚換揮損搖搗搶摑摟摯摻"
    "撈撐撓撥撫撲撳撻撾撿擁擄擇擊擋擔據擠擬擰擱擲擴擷擺擻擾攆攏攔攙攜攝攣攤攪攬敗敘敵數斂斃斕斬斷時晉晝暈"
    "暉暢暫曄曆曇曉曖曠曬書會朧東柵桿梔條梟棄棗棟棧棲楊楓楨業極榮構槍槨槳樁樂樅樓標樞樣樸樹樺橈橋機橢橫檔"
    "檜檢檣檯檳檸檻櫃櫓櫚櫛櫝櫥櫬櫻欄權欖欽歐歟歡歲歷歸歿殘殤殮殯殲殺殼毀毆氈氣氫氬氳決沒沖況洶浹涇涼淚淪"
    "淵淺渙減渦測渾湊湯準溝溫滄滅滌滬滯滲滾滿漁漢漣漬漲漸漿潑潔潛潤潯潰澀澆澗澠澤澱濁濃濕濘濛濟濤濫濰濱濺"
    "濾瀆瀉瀋瀏瀕瀘瀝瀟瀨瀲瀾灑灘灣灤災為烏無煉煙煥煩煬熒熱熾燈燒燙燜營燦燭燴燼燾爍爐爛爭爺爾牆牘牽犖犢犧"
    "狀狹狽猙猶獄獅獎獨獰獲獵獷獸獺獻玀現琺琿瑣瑤瑩瑪璣璦環璽瓊瓏瓔瓚甌產畝畢畫異當疇疊痙瘋瘍瘓瘡瘧瘺療癆"
    "癘癟癢癥癩癬癮癱癲發皚皰皺盜盞盡監盤盧盪眾睏睜睞瞞瞭瞼矇矚矯硃硯碩確碼磚磧磯礎礙礦礪礫礬祿禍禎禦禪禮"
    "禱禿秈稅稈稟種稱穀穌積穎穡穢穩穫窩窪窮窯窺竄竅竇竊競筆筍筧箋箏節範築篤篩簍簞簡簣簫簽簾籃籌籟籠籬籮籲"
    "粵糝糞糧糾紀紂約紅紆紇紉紋納紐純紕紗紙級紛紜紡細紱紲紳紹紼絀終組絆結絕絛絞絡絢給絨統絲絳絹綁綏經綜綞"
    "綠綢綬維綰綱網綴綸綺綻綽綾綿緇緊緒緘緙線緝緞締緣編緩緬緯緲練緹緻縈縉縊縐縑縛縝縞縣縫縮縱縲縵縷縹總績"
    "繃繅繆繒織繕繚繞繡繩繪繫繭繳繹繼繽續纏纓纔纖纜缽罈罌罰罵罷羅羈羋義習翹聖聞聯聰聲聳聶職聽聾肅脅脈脫脹"
    "腎腦腫腳腸膚膠膩膽膾膿臉臍臏臘臚臟臨臺與興舉舊艙艦艱艷芻苧茲荊莊莖莢莧華萇萊萬萵葉葦葷蒞蒼蓀蓋蓮蔔蔣"
    "蔥蔭蕩蕪蕭薊薑薔薦薩薺藍藝藥藪藹藺蘆蘇蘊蘋蘚蘭蘿處虛虜號虧蛻蜆蝕蝦蝸螞螢螻蟈蟬蟯蟲蟻蠅蠟蠣蠱蠶蠻術衛"
    "衝袞裊補裝裡製複褲褸褻襖襠襤襪襯襲見規覓視覦親覬覲覺覽觀觴觸訂訃計訊訌討訐訓訕訖記訛訝訟訣訥訪設許訴"
    "訶診註詁詆詐詔評詛詞詠詢詣試詩詫詬詭詮詰話該詳詼誅誇誌認誑誕誘誚語誠誡誣誤誥誦誨說誰課誶誹誼調諂諄談"
    "諉請諍諒論諛諜諦諧諫諭諮諱諳諶諷諸諺諼諾謀謁謂謄謊謎謐謗謙講謝謠謨謫謬謹證譎譏識譙譚譜譫譯議譴護譽讀"
    "變讒讓讖讜豈豎豐豬貓貝貞負財貢貧貨販貪貫責貯貲貳貴貶買貸費貼貽貿賀賁賂賃賄賅資賈賊賑賒賓賜賞賠賡賢賣"
    "賤賦質賬賭賴賺賻購賽贅贈贊贍贏贓贖贗贛趕趙趨跡踐踴蹕蹣蹤蹺躉躊躋躍躑躓躡躪軀車軋軌軍軒軔軛軟軸軻軼軾"
    "較載輊輒輓輔輕輛輜輝輞輟輥輦輩輪輯輳輸輻輾輿轂轄轅轉轍轎轔轟轡辦辭辮辯農迴逕這連進運過達違遙遜遞遠適"
    "遲遷選遺遼邁還邇邊邏邐郵鄉鄒鄧鄭鄰鄴酈醜醞醫醬釀釁釅釋釐釗釘釙針釣釧釩釵鈉鈍鈐鈑鈔鈕鈞鈣鈴鈷鈸鈹鈽鈾"
    "鈿鉀鉅鉉鉍鉑鉗鉚鉛鉤鉸鉻銀銅銑銓銖銘銜銨銬銳銷銻銼鋁鋅鋇鋒鋤鋪鋰鋸鋼錄錐錕錘錙錚錠錢錦錨錫錮錯錳錶鍋"
    "鍍鍔鍛鍥鍬鍰鍵鍾鎂鎊鎖鎘鎢鎬鎮鎰鎳鏃鏈鏍鏑鏗鏘鏜鏝鏟鏡鏢鏤鏨鏽鐃鐘鐫鐮鐲鐳鐵鐸鐺鑄鑒鑠鑣鑰鑲鑷鑼鑽鑾"
    "鑿長門閂閃閉開閎閏閑閒間閔閘閡閣閤閥閨閩閭閱閻闆闈闊闋闌闐闔闕闖關闡闢陘陝陣陰陳陸陽隊階隕際隨險隱隴"
    "隸隻雋雖雙雛雜雞離難雲電霧霽靂靄靈靜靦靨鞏鞦韁韃韆韉韋韌韓韜韻響頁頂頃項順須頊頌預頑頒頓頗領頜頡頤頭"
    "頰頷頸頹頻顆題額顎顏顓願顛類顥顧顫顯顰顱風颯颱颳颶颼飄飛飢飩飪飭飯飲飴飼飽飾餃餅餉養餌餒餓餘餚餛餞餡"
    "館餾餿饅饉饒饗饜饞馬馭馮馱馳馴駁駐駑駒駕駙駛駝駟駢駭駱駿騁騎騖騙騫騰騷騾驀驃驅驍驕驗驚驛驟驢驥驪骯髏"
    "髒體髖髮鬆鬍鬚鬢鬥鬧鬱魎魘魚魯魷鮑鮪鮫鮭鮮鯀鯉鯊鯖鯛鯧鯨鯽鰍鰓鰥鰭鰱鰻鰾鱉鱔鱖鱗鱟鱷鱸鳥鳩鳳鳴鳶鴆鴉"
    "鴕鴛鴣鴦鴨鴻鴿鵑鵝鵠鵡鵪鵬鵲鶉鶯鶴鷂鷓鷗鷥鷹鷺鸚鸛鸞鹵鹹鹼鹽麗麥麩麵麼黃黌點黨黴黷鼕鼴齊齋齒齜齟齡齣"
    "齦齪齬齲齷龍龐龔龜"
)
_FORMS = (
    "丢并乱亚伫并来仑侣系侠伥俩仓个们伦伟侧侦伪杰伧伞备家佣偬传债伤倾仅侨仆侥价仪侬亿侩俭傧俦侪尽偿优储俪"
    "傥俨兑儿兖内两册幂冻凛凯别删则克刹刚剥剀创划剧刘刽剑剂劲动务勋胜劳势励劝匀汇匮区协却厌厉参丛吴呐吕员"
    "问哑启唤丧乔单哟呛啬吗呜哔叹喽呕啧尝哗唠啸叽嘘哝嗳喷吨当咛吓噜咙严嘤啭嗫嚣呓嘱囱国围园圆图团执坚垩埚"
    "尧报场块茔埘涂坞尘堑垫坠堕坟垦坛压垒圹坏垄坜坝壮壶寿够梦夹奂奥奁夺奋妆姗奸娱娄妇娲媪妈妪妩娴娆婵娇嬷"
    "嫔婴婶孙学孪宫寝实宁审写宽宠宝将专寻对导尴届尸屉屡层屦属冈岘岛峡岗峥岚崭岖嵘岭屿峦巅帅师帐带帧帏帼帜"
    "币帮干几库厕厢厩厦厨厮庙厂废广庐厅弑张强弹弥弯汇彦径从徕复彻恒耻悦怅闷恶恼恻爱惬怆恺忾栗态愠惨惭恸惯"
    "怂虑庆忧惫怜凭惮愤悯怃宪忆恳应懔懑惩懒怀悬忏惧慑恋战戏户抛挟舍扪卷扫抡挣挂采拣扬换挥损摇捣抢掴搂挚掺"
    "捞撑挠拨抚扑揿挞挝捡拥掳择击挡担据挤拟拧搁掷扩撷摆擞扰撵拢拦搀携摄挛摊搅揽败叙敌数敛毙斓斩断时晋昼晕"
    "晖畅暂晔历昙晓暧旷晒书会胧东栅杆栀条枭弃枣栋栈栖杨枫桢业极荣构枪椁桨桩乐枞楼标枢样朴树桦桡桥机椭横档"
    "桧检樯台槟柠槛柜橹榈栉椟橱榇樱栏权榄钦欧欤欢岁历归殁残殇殓殡歼杀壳毁殴毡气氢氩氲决没冲况汹浃泾凉泪沦"
    "渊浅涣减涡测浑凑汤准沟温沧灭涤沪滞渗滚满渔汉涟渍涨渐浆泼洁潜润浔溃涩浇涧渑泽淀浊浓湿泞蒙济涛滥潍滨溅"
    "滤渎泻沈浏濒泸沥潇濑潋澜洒滩湾滦灾为乌无炼烟焕烦炀荧热炽灯烧烫焖营灿烛烩烬焘烁炉烂争爷尔墙牍牵荦犊牺"
    "状狭狈狰犹狱狮奖独狞获猎犷兽獭献猡现珐珲琐瑶莹玛玑瑷环玺琼珑璎瓒瓯产亩毕画异当畴叠痉疯疡痪疮疟瘘疗痨"
    "疠瘪痒症癞癣瘾瘫癫发皑疱皱盗盏尽监盘卢荡众困睁睐瞒了睑蒙瞩矫朱砚硕确码砖碛矶础碍矿砺砾矾禄祸祯御禅礼"
    "祷秃籼税秆禀种称谷稣积颖穑秽稳获窝洼穷窑窥窜窍窦窃竞笔笋笕笺筝节范筑笃筛篓箪简篑箫签帘篮筹籁笼篱箩吁"
    "粤糁粪粮纠纪纣约红纡纥纫纹纳纽纯纰纱纸级纷纭纺细绂绁绅绍绋绌终组绊结绝绦绞络绚给绒统丝绛绢绑绥经综缍"
    "绿绸绶维绾纲网缀纶绮绽绰绫绵缁紧绪缄缂线缉缎缔缘编缓缅纬缈练缇致萦缙缢绉缣缚缜缟县缝缩纵缧缦缕缥总绩"
    "绷缫缪缯织缮缭绕绣绳绘系茧缴绎继缤续缠缨才纤缆钵坛罂罚骂罢罗羁芈义习翘圣闻联聪声耸聂职听聋肃胁脉脱胀"
    "肾脑肿脚肠肤胶腻胆脍脓脸脐膑腊胪脏临台与兴举旧舱舰艰艳刍苎兹荆庄茎荚苋华苌莱万莴叶苇荤莅苍荪盖莲卜蒋"
    "葱荫荡芜萧蓟姜蔷荐萨荠蓝艺药薮蔼蔺芦苏蕴苹藓兰萝处虚虏号亏蜕蚬蚀虾蜗蚂萤蝼蝈蝉蛲虫蚁蝇蜡蛎蛊蚕蛮术卫"
    "冲衮袅补装里制复裤褛亵袄裆褴袜衬袭见规觅视觎亲觊觐觉览观觞触订讣计讯讧讨讦训讪讫记讹讶讼诀讷访设许诉"
    "诃诊注诂诋诈诏评诅词咏询诣试诗诧诟诡诠诘话该详诙诛夸志认诳诞诱诮语诚诫诬误诰诵诲说谁课谇诽谊调谄谆谈"
    "诿请诤谅论谀谍谛谐谏谕谘讳谙谌讽诸谚谖诺谋谒谓誊谎谜谧谤谦讲谢谣谟谪谬谨证谲讥识谯谭谱谵译议谴护誉读"
    "变谗让谶谠岂竖丰猪猫贝贞负财贡贫货贩贪贯责贮赀贰贵贬买贷费贴贻贸贺贲赂赁贿赅资贾贼赈赊宾赐赏赔赓贤卖"
    "贱赋质账赌赖赚赙购赛赘赠赞赡赢赃赎赝赣赶赵趋迹践踊跸蹒踪跷趸踌跻跃踯踬蹑躏躯车轧轨军轩轫轭软轴轲轶轼"
    "较载轾辄挽辅轻辆辎辉辋辍辊辇辈轮辑辏输辐辗舆毂辖辕转辙轿辚轰辔办辞辫辩农回迳这连进运过达违遥逊递远适"
    "迟迁选遗辽迈还迩边逻逦邮乡邹邓郑邻邺郦丑酝医酱酿衅酽释厘钊钉钋针钓钏钒钗钠钝钤钣钞钮钧钙铃钴钹铍钸铀"
    "钿钾钜铉铋铂钳铆铅钩铰铬银铜铣铨铢铭衔铵铐锐销锑锉铝锌钡锋锄铺锂锯钢录锥锟锤锱铮锭钱锦锚锡锢错锰表锅"
    "镀锷锻锲锹锾键钟镁镑锁镉钨镐镇镒镍镞链镙镝铿锵镗镘铲镜镖镂錾锈铙钟镌镰镯镭铁铎铛铸鉴铄镳钥镶镊锣钻銮"
    "凿长门闩闪闭开闳闰闲闲间闵闸阂阁合阀闺闽闾阅阎板闱阔阕阑阗阖阙闯关阐辟陉陕阵阴陈陆阳队阶陨际随险隐陇"
    "隶只隽虽双雏杂鸡离难云电雾霁雳霭灵静腼靥巩秋缰鞑千鞯韦韧韩韬韵响页顶顷项顺须顼颂预顽颁顿颇领颌颉颐头"
    "颊颔颈颓频颗题额颚颜颛愿颠类颢顾颤显颦颅风飒台刮飓飕飘飞饥饨饪饬饭饮饴饲饱饰饺饼饷养饵馁饿余肴馄饯馅"
    "馆馏馊馒馑饶飨餍馋马驭冯驮驰驯驳驻驽驹驾驸驶驼驷骈骇骆骏骋骑骛骗骞腾骚骡蓦骠驱骁骄验惊驿骤驴骥骊肮髅"
    "脏体髋发松胡须鬓斗闹郁魉魇鱼鲁鱿鲍鲔鲛鲑鲜鲧鲤鲨鲭鲷鲳鲸鲫鳅鳃鳏鳍鲢鳗鳔鳖鳝鳜鳞鲎鳄鲈鸟鸠凤鸣鸢鸩鸦"
    "鸵鸳鸪鸯鸭鸿鸽鹃鹅鹄鹉鹌鹏鹊鹑莺鹤鹞鹧鸥鸶鹰鹭鹦鹳鸾卤咸硷盐丽麦麸面么黄黉点党霉黩冬鼹齐斋齿龇龃龄出"
    "龈龊龉龋龌龙庞龚龟"
)
_SIMPLIFIED_FORMS = dict(zip(map(ord, _WITH_SIMPLIFIED_FORM), _FORMS, strict=True))
