<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>counterfoil</name>
    <message>
        <source>Not signed in</source>
        <translation>未登录</translation>
    </message>
    <message>
        <source>Login or password is wrong.</source>
        <translation>账号或密码不正确。</translation>
    </message>
    <message>
        <source>Type both again. Mind Caps Lock.</source>
        <translation>请重新输入，注意大小写锁定。</translation>
    </message>
    <message>
        <source>Account locked</source>
        <translation>账号已锁定</translation>
    </message>
    <message>
        <source>Too many wrong passwords were tried.</source>
        <translation>密码错误次数过多。</translation>
    </message>
    <message>
        <source>Wait, or ask an administrator.</source>
        <translation>请稍候再试，或联系管理员。</translation>
    </message>
    <message>
        <source>Too many wrong passwords were tried. Locked until {until}.</source>
        <translation>密码错误次数过多，锁定至 {until}。</translation>
    </message>
    <message>
        <source>Not allowed</source>
        <translation>无权操作</translation>
    </message>
    <message>
        <source>Your role does not have this right.</source>
        <translation>您的岗位没有此项权限。</translation>
    </message>
    <message>
        <source>Ask a supervisor or an administrator.</source>
        <translation>请联系值班员或管理员。</translation>
    </message>
    <message>
        <source>A second person is needed</source>
        <translation>需要第二人复核</translation>
    </message>
    <message>
        <source>The same person cannot do both steps.</source>
        <translation>同一人不能办理两个步骤。</translation>
    </message>
    <message>
        <source>Another supervisor must sign in here.</source>
        <translation>请另一名值班员在此验证身份。</translation>
    </message>
    <message>
        <source>Login already used</source>
        <translation>账号已存在</translation>
    </message>
    <message>
        <source>Another account has this login.</source>
        <translation>该账号名已被使用。</translation>
    </message>
    <message>
        <source>Choose another login.</source>
        <translation>请换一个账号名。</translation>
    </message>
    <message>
        <source>Password too short</source>
        <translation>密码太短</translation>
    </message>
    <message>
        <source>The password has too few characters.</source>
        <translation>密码字符数不足。</translation>
    </message>
    <message>
        <source>Choose a longer one; a short sentence is good.</source>
        <translation>请设置更长的密码，可用一句短语。</translation>
    </message>
    <message>
        <source>The password needs at least {minimum} characters.</source>
        <translation>密码至少需要 {minimum} 个字符。</translation>
    </message>
    <message>
        <source>No open shift</source>
        <translation>未开班</translation>
    </message>
    <message>
        <source>There is no open shift on this drawer.</source>
        <translation>本钱箱没有当班记录。</translation>
    </message>
    <message>
        <source>Open a shift first.</source>
        <translation>请先开班。</translation>
    </message>
    <message>
        <source>A shift is already open</source>
        <translation>已有当班</translation>
    </message>
    <message>
        <source>This drawer has a shift that is not closed.</source>
        <translation>本钱箱有未结账的当班。</translation>
    </message>
    <message>
        <source>Close that shift first.</source>
        <translation>请先办理该班结账。</translation>
    </message>
    <message>
        <source>The shift of {login} is not closed.</source>
        <translation>{login} 的当班尚未结账。</translation>
    </message>
    <message>
        <source>Cash not counted yet</source>
        <translation>尚未点钞</translation>
    </message>
    <message>
        <source>The drawer has to be counted and declared before it is closed.</source>
        <translation>结账前须先清点钱箱并申报实点。</translation>
    </message>
    <message>
        <source>Count the drawer and declare it.</source>
        <translation>请清点钱箱并申报。</translation>
    </message>
    <message>
        <source>A reason is needed</source>
        <translation>需要填写原因</translation>
    </message>
    <message>
        <source>This is only done with a reason.</source>
        <translation>办理此项须注明原因。</translation>
    </message>
    <message>
        <source>Type the reason.</source>
        <translation>请填写原因。</translation>
    </message>
    <message>
        <source>Not enough cash in the drawer</source>
        <translation>钱箱现金不足</translation>
    </message>
    <message>
        <source>The drawer holds less than this amount.</source>
        <translation>钱箱现金少于该金额。</translation>
    </message>
    <message>
        <source>Pay cash in first, or take a smaller amount.</source>
        <translation>请先存入现金，或减少金额。</translation>
    </message>
    <message>
        <source>Station not found</source>
        <translation>未找到车站</translation>
    </message>
    <message>
        <source>No station answers to this text.</source>
        <translation>没有与输入相符的车站。</translation>
    </message>
    <message>
        <source>Try the name, pinyin, initials or station code.</source>
        <translation>可输入站名、全拼、简拼或电报码。</translation>
    </message>
    <message>
        <source>No station answers to “{text}”.</source>
        <translation>没有与“{text}”相符的车站。</translation>
    </message>
    <message>
        <source>More than one station fits</source>
        <translation>有多个车站相符</translation>
    </message>
    <message>
        <source>The text fits several stations.</source>
        <translation>输入与多个车站相符。</translation>
    </message>
    <message>
        <source>Choose one from the list.</source>
        <translation>请从列表中选择。</translation>
    </message>
    <message>
        <source>“{text}” fits several stations: {candidates}.</source>
        <translation>“{text}”与多个车站相符：{candidates}。</translation>
    </message>
    <message>
        <source>Service not found</source>
        <translation>未找到车次</translation>
    </message>
    <message>
        <source>This service does not run on this day, or not between these stations.</source>
        <translation>该车次当日不开行，或不经过所选区间。</translation>
    </message>
    <message>
        <source>Search again by stations.</source>
        <translation>请按车站重新查询。</translation>
    </message>
    <message>
        <source>No timetable</source>
        <translation>没有时刻表</translation>
    </message>
    <message>
        <source>This counter has no timetable yet.</source>
        <translation>本窗口尚未导入时刻表。</translation>
    </message>
    <message>
        <source>An administrator imports one under Timetable.</source>
        <translation>请管理员在“时刻表”中导入。</translation>
    </message>
    <message>
        <source>File refused</source>
        <translation>文件被拒绝</translation>
    </message>
    <message>
        <source>The file is not a timetable that can be used.</source>
        <translation>该文件不是可用的时刻表。</translation>
    </message>
    <message>
        <source>The present timetable stays in use. Ask the sender for a corrected file.</source>
        <translation>现用时刻表不变，请向提供方索取更正后的文件。</translation>
    </message>
    <message>
        <source>The file is not a timetable that can be used ({code}: {detail}).</source>
        <translation>该文件不是可用的时刻表（{code}：{detail}）。</translation>
    </message>
    <message>
        <source>Beyond the sale horizon</source>
        <translation>未到预售期</translation>
    </message>
    <message>
        <source>This date is beyond the sale horizon.</source>
        <translation>所选日期超出预售期。</translation>
    </message>
    <message>
        <source>Choose an earlier date.</source>
        <translation>请选择较近的日期。</translation>
    </message>
    <message>
        <source>This date is beyond the sale horizon; the last one on sale is {last}.</source>
        <translation>所选日期超出预售期，最远可售 {last}。</translation>
    </message>
    <message>
        <source>Already departed</source>
        <translation>列车已开</translation>
    </message>
    <message>
        <source>The service has left this station.</source>
        <translation>该车次已从本站开出。</translation>
    </message>
    <message>
        <source>Choose a later departure.</source>
        <translation>请选择后续车次。</translation>
    </message>
    <message>
        <source>Date not understood</source>
        <translation>日期无法识别</translation>
    </message>
    <message>
        <source>This is not a date that is known here.</source>
        <translation>无法识别该日期。</translation>
    </message>
    <message>
        <source>Type +1, 1205, 2026-12-05 or a weekday.</source>
        <translation>可输入 +1、1205、2026-12-05 或星期。</translation>
    </message>
    <message>
        <source>“{text}” is not a date.</source>
        <translation>“{text}”不是有效日期。</translation>
    </message>
    <message>
        <source>Place just taken</source>
        <translation>席位刚被占用</translation>
    </message>
    <message>
        <source>Someone else holds one of these places on part of the way.</source>
        <translation>所选席位在部分区间已被他人占用。</translation>
    </message>
    <message>
        <source>The seat map is up to date again: choose another.</source>
        <translation>席位图已刷新，请另选席位。</translation>
    </message>
    <message>
        <source>Not enough places</source>
        <translation>余票不足</translation>
    </message>
    <message>
        <source>Fewer places are free than passengers.</source>
        <translation>剩余席位少于乘车人数。</translation>
    </message>
    <message>
        <source>Try another class or departure, or fewer passengers.</source>
        <translation>可换席别、换车次或减少人数。</translation>
    </message>
    <message>
        <source>Places that are still free: {free}.</source>
        <translation>仅剩 {free} 个席位。</translation>
    </message>
    <message>
        <source>These places are not held</source>
        <translation>席位未占用</translation>
    </message>
    <message>
        <source>This sale holds no places any more.</source>
        <translation>本次售票已不再占有席位。</translation>
    </message>
    <message>
        <source>Search again and choose places.</source>
        <translation>请重新查询并选座。</translation>
    </message>
    <message>
        <source>The hold ran out</source>
        <translation>占座已超时</translation>
    </message>
    <message>
        <source>The places were let go because the time was up.</source>
        <translation>占座时间已到，席位已释放。</translation>
    </message>
    <message>
        <source>Fare unknown</source>
        <translation>票价未知</translation>
    </message>
    <message>
        <source>The timetable has no fare for this class on this span.</source>
        <translation>时刻表中没有该区间此席别的票价。</translation>
    </message>
    <message>
        <source>Choose another class.</source>
        <translation>请选择其他席别。</translation>
    </message>
    <message>
        <source>No passengers</source>
        <translation>没有乘车人</translation>
    </message>
    <message>
        <source>A sale needs at least one passenger.</source>
        <translation>售票至少需要一名乘车人。</translation>
    </message>
    <message>
        <source>Add a passenger.</source>
        <translation>请添加乘车人。</translation>
    </message>
    <message>
        <source>Too many passengers</source>
        <translation>乘车人过多</translation>
    </message>
    <message>
        <source>One sale cannot take so many passengers.</source>
        <translation>一次售票不能办理这么多人。</translation>
    </message>
    <message>
        <source>Split the party into several sales.</source>
        <translation>请分多次办理。</translation>
    </message>
    <message>
        <source>One sale takes at most {maximum} passengers.</source>
        <translation>一次售票最多 {maximum} 人。</translation>
    </message>
    <message>
        <source>Name needed</source>
        <translation>需要姓名</translation>
    </message>
    <message>
        <source>The rules ask for each passenger's name.</source>
        <translation>按规定须登记每名乘车人姓名。</translation>
    </message>
    <message>
        <source>Type the name as on the document.</source>
        <translation>请按证件填写姓名。</translation>
    </message>
    <message>
        <source>Document needed</source>
        <translation>需要证件号码</translation>
    </message>
    <message>
        <source>The rules ask for each passenger's document.</source>
        <translation>按实名制规定须登记证件。</translation>
    </message>
    <message>
        <source>Type or scan the document number.</source>
        <translation>请输入或扫描证件号码。</translation>
    </message>
    <message>
        <source>Document number is wrong</source>
        <translation>证件号码有误</translation>
    </message>
    <message>
        <source>The number does not pass its own check.</source>
        <translation>证件号码校验不通过。</translation>
    </message>
    <message>
        <source>Compare it with the document, digit by digit.</source>
        <translation>请与证件逐位核对。</translation>
    </message>
    <message>
        <source>Same document twice</source>
        <translation>证件重复</translation>
    </message>
    <message>
        <source>This document already has a ticket on this run.</source>
        <translation>该证件在本次列车已有车票。</translation>
    </message>
    <message>
        <source>One document, one ticket: use each passenger's own.</source>
        <translation>一证一票，请使用乘车人本人证件。</translation>
    </message>
    <message>
        <source>Name cannot be printed</source>
        <translation>姓名无法打印</translation>
    </message>
    <message>
        <source>A character of the name has no shape in the printing font.</source>
        <translation>姓名中有打印字库没有的字。</translation>
    </message>
    <message>
        <source>Use pinyin for that character.</source>
        <translation>该字请用拼音代替。</translation>
    </message>
    <message>
        <source>“{character}” has no shape in the printing font.</source>
        <translation>打印字库没有“{character}”字。</translation>
    </message>
    <message>
        <source>Not enough cash</source>
        <translation>收款不足</translation>
    </message>
    <message>
        <source>Less was received than is due.</source>
        <translation>实收少于应收。</translation>
    </message>
    <message>
        <source>Take the rest, then confirm again.</source>
        <translation>请补足款项后再确认。</translation>
    </message>
    <message>
        <source>{missing} is missing.</source>
        <translation>还差 {missing}。</translation>
    </message>
    <message>
        <source>Amount not possible</source>
        <translation>金额无效</translation>
    </message>
    <message>
        <source>The amount is zero, negative or too large.</source>
        <translation>金额为零、为负或过大。</translation>
    </message>
    <message>
        <source>Type the amount again.</source>
        <translation>请重新输入金额。</translation>
    </message>
    <message>
        <source>Ticket type not sold here</source>
        <translation>该票种不能发售</translation>
    </message>
    <message>
        <source>The rules do not allow this passenger type for this class or service.</source>
        <translation>按规定该席别或车次不发售此票种。</translation>
    </message>
    <message>
        <source>Choose another type or class.</source>
        <translation>请换票种或席别。</translation>
    </message>
    <message>
        <source>Ticket not found</source>
        <translation>未找到车票</translation>
    </message>
    <message>
        <source>No ticket of this counter answers to this.</source>
        <translation>本窗口没有与此相符的车票。</translation>
    </message>
    <message>
        <source>Scan the code, or type the number or the document.</source>
        <translation>请扫码，或输入票号、证件号码。</translation>
    </message>
    <message>
        <source>Already refunded</source>
        <translation>已退票</translation>
    </message>
    <message>
        <source>The money for this ticket was given back before.</source>
        <translation>该车票已办理退票。</translation>
    </message>
    <message>
        <source>Look the refund up in orders.</source>
        <translation>可在订单中查看退票记录。</translation>
    </message>
    <message>
        <source>Not refundable</source>
        <translation>不可退票</translation>
    </message>
    <message>
        <source>The rules do not allow a refund now.</source>
        <translation>按规定现在不能退票。</translation>
    </message>
    <message>
        <source>A supervisor may overrule with a reason.</source>
        <translation>值班员可注明原因特殊办理。</translation>
    </message>
    <message>
        <source>The amount has changed</source>
        <translation>金额已变化</translation>
    </message>
    <message>
        <source>A price or fee changed since it was shown.</source>
        <translation>票价或手续费与显示时不同。</translation>
    </message>
    <message>
        <source>Read the new amount to the customer, then confirm.</source>
        <translation>请向旅客说明新金额后再确认。</translation>
    </message>
    <message>
        <source>Code cannot be read</source>
        <translation>无法识别票面码</translation>
    </message>
    <message>
        <source>This is not the code of a ticket.</source>
        <translation>这不是车票的二维码。</translation>
    </message>
    <message>
        <source>Scan again, or type the ticket number.</source>
        <translation>请重新扫码，或输入票号。</translation>
    </message>
    <message>
        <source>The code is not genuine</source>
        <translation>票面码不真实</translation>
    </message>
    <message>
        <source>The signature does not belong to this ticket.</source>
        <translation>签名与车票内容不符。</translation>
    </message>
    <message>
        <source>Keep the ticket and call a supervisor.</source>
        <translation>请扣留车票并报告值班员。</translation>
    </message>
    <message>
        <source>Issuer not known</source>
        <translation>出票窗口未知</translation>
    </message>
    <message>
        <source>The ticket was signed with a key that is not known here.</source>
        <translation>车票签名密钥不在信任名单中。</translation>
    </message>
    <message>
        <source>Load the current trust file, or call a supervisor.</source>
        <translation>请更新信任文件，或联系值班员。</translation>
    </message>
    <message>
        <source>No longer valid</source>
        <translation>车票已过期</translation>
    </message>
    <message>
        <source>The time of this ticket has passed.</source>
        <translation>该车票已超过有效期。</translation>
    </message>
    <message>
        <source>Check date and service with the passenger.</source>
        <translation>请与旅客核对日期和车次。</translation>
    </message>
    <message>
        <source>There is already a counter here</source>
        <translation>此处已有窗口数据</translation>
    </message>
    <message>
        <source>The folder holds a counter's data.</source>
        <translation>该目录已有窗口数据。</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>请选择其他目录。</translation>
    </message>
    <message>
        <source>No such report</source>
        <translation>没有该报表</translation>
    </message>
    <message>
        <source>No shift has been closed under this number.</source>
        <translation>该编号没有已结账的当班。</translation>
    </message>
    <message>
        <source>Choose another one from the list.</source>
        <translation>请从列表中另选。</translation>
    </message>
    <message>
        <source>Made by an older version</source>
        <translation>数据版本较旧</translation>
    </message>
    <message>
        <source>The data was written by an older version than this program reads.</source>
        <translation>数据由过旧的版本写入，本程序无法读取。</translation>
    </message>
    <message>
        <source>Bring it up to date with the version between.</source>
        <translation>请先用中间版本升级数据。</translation>
    </message>
    <message>
        <source>Nothing can be written</source>
        <translation>无法写入数据</translation>
    </message>
    <message>
        <source>The disk is full, read-only or gone.</source>
        <translation>磁盘已满、只读或已断开。</translation>
    </message>
    <message>
        <source>Stop selling and call the administrator.</source>
        <translation>请停止售票并联系管理员。</translation>
    </message>
    <message>
        <source>No counter here</source>
        <translation>此处没有窗口数据</translation>
    </message>
    <message>
        <source>The folder holds no counter's data.</source>
        <translation>该目录没有窗口数据。</translation>
    </message>
    <message>
        <source>Set one up with “counterfoil init”.</source>
        <translation>请先用“counterfoil init”建立。</translation>
    </message>
    <message>
        <source>Already running</source>
        <translation>程序已在运行</translation>
    </message>
    <message>
        <source>Another program works with this counter's data.</source>
        <translation>另一程序正在使用本窗口数据。</translation>
    </message>
    <message>
        <source>Use the window that is open, or end the other program.</source>
        <translation>请使用已打开的窗口，或结束另一程序。</translation>
    </message>
    <message>
        <source>Made by a newer version</source>
        <translation>数据版本较新</translation>
    </message>
    <message>
        <source>The data was written by a newer version of the program.</source>
        <translation>数据由更高版本的程序写入。</translation>
    </message>
    <message>
        <source>Install that version or a later one.</source>
        <translation>请安装该版本或更高版本。</translation>
    </message>
    <message>
        <source>Database library too old</source>
        <translation>数据库组件过旧</translation>
    </message>
    <message>
        <source>This version of SQLite can damage data.</source>
        <translation>该版本 SQLite 可能损坏数据。</translation>
    </message>
    <message>
        <source>Reinstall the program with its own libraries.</source>
        <translation>请连同组件重新安装程序。</translation>
    </message>
    <message>
        <source>SQLite {found} can damage data; {needed} is needed.</source>
        <translation>SQLite {found} 可能损坏数据，需要 {needed}。</translation>
    </message>
    <message>
        <source>The store is damaged</source>
        <translation>数据已损坏</translation>
    </message>
    <message>
        <source>What is stored does not agree with itself.</source>
        <translation>存储的数据前后不一致。</translation>
    </message>
    <message>
        <source>Do not sell. Call the administrator; a backup is needed.</source>
        <translation>请停止售票并联系管理员恢复备份。</translation>
    </message>
    <message>
        <source>The store is older than it should be</source>
        <translation>数据早于见证记录</translation>
    </message>
    <message>
        <source>Entries that were once written are missing: a restored backup, perhaps.</source>
        <translation>曾写入的记录缺失，可能恢复过旧备份。</translation>
    </message>
    <message>
        <source>Do not sell. An administrator has to start a new epoch.</source>
        <translation>请停止售票，由管理员启用新纪元。</translation>
    </message>
    <message>
        <source>The clock has jumped</source>
        <translation>系统时钟跳变</translation>
    </message>
    <message>
        <source>The computer's time is not what it should be.</source>
        <translation>计算机时间与预期不符。</translation>
    </message>
    <message>
        <source>Correct the time; a supervisor has to accept it.</source>
        <translation>请校正时间，并由值班员确认。</translation>
    </message>
    <message>
        <source>A setting is wrong</source>
        <translation>设置有误</translation>
    </message>
    <message>
        <source>A line of the settings file cannot be used.</source>
        <translation>设置文件中有无效项。</translation>
    </message>
    <message>
        <source>Correct the settings file, then start again.</source>
        <translation>请更正设置文件后重新启动。</translation>
    </message>
    <message>
        <source>The setting “{key}” cannot be used: {detail}.</source>
        <translation>设置项“{key}”无效：{detail}。</translation>
    </message>
    <message>
        <source>Input not understood</source>
        <translation>输入无效</translation>
    </message>
    <message>
        <source>What was typed cannot be used.</source>
        <translation>输入的内容无法使用。</translation>
    </message>
    <message>
        <source>Check it and type it again.</source>
        <translation>请检查后重新输入。</translation>
    </message>
    <message>
        <source>Printer not ready</source>
        <translation>打印机未就绪</translation>
    </message>
    <message>
        <source>The printer does not say that it is ready.</source>
        <translation>打印机没有回报就绪状态。</translation>
    </message>
    <message>
        <source>Check paper, cover and cable, then try again.</source>
        <translation>请检查纸张、上盖和连线后重试。</translation>
    </message>
    <message>
        <source>This print job is finished</source>
        <translation>打印任务已结束</translation>
    </message>
    <message>
        <source>The job was already printed or settled.</source>
        <translation>该任务已打印或已处理。</translation>
    </message>
    <message>
        <source>Reprint from the order if another paper is needed.</source>
        <translation>如需再打，请在订单中补打。</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>未做任何更改。</translation>
    </message>
    <message>
        <source>The printer cannot be reached.</source>
        <translation>无法连接打印机。</translation>
    </message>
    <message>
        <source>The printer does not answer.</source>
        <translation>打印机无应答。</translation>
    </message>
    <message>
        <source>The printer's cover is open.</source>
        <translation>打印机上盖未关。</translation>
    </message>
    <message>
        <source>The printer is out of paper.</source>
        <translation>打印机缺纸。</translation>
    </message>
    <message>
        <source>The printer is off line.</source>
        <translation>打印机脱机。</translation>
    </message>
    <message>
        <source>The print queue is stopped.</source>
        <translation>打印队列已停止。</translation>
    </message>
    <message>
        <source>The printer's cutter is jammed.</source>
        <translation>打印机切刀卡住。</translation>
    </message>
    <message>
        <source>The printer is not ready.</source>
        <translation>打印机未就绪。</translation>
    </message>
    <message>
        <source>The device did not do it</source>
        <translation>设备未执行</translation>
    </message>
    <message>
        <source>Nothing reached the outside.</source>
        <translation>没有任何内容送达设备。</translation>
    </message>
    <message>
        <source>Look at the device, then try again.</source>
        <translation>请检查设备后重试。</translation>
    </message>
    <message>
        <source>It is not known whether this was done</source>
        <translation>结果未知</translation>
    </message>
    <message>
        <source>The answer to “{what}” did not arrive.</source>
        <translation>“{what}”没有收到回应。</translation>
    </message>
    <message>
        <source>It may have been done, or not.</source>
        <translation>可能已办理，也可能未办理。</translation>
    </message>
    <message>
        <source>Do not repeat it: look it up in orders or the journal first.</source>
        <translation>请勿重复办理，先在订单或流水中核对。</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Another person's shift is open</source>
        <translation>他人当班未结账</translation>
    </message>
    <message>
        <source>The open shift on this drawer is not yours.</source>
        <translation>本钱箱当前不是您的当班。</translation>
    </message>
    <message>
        <source>That shift is counted and closed under Shift, by whoever opened it or by a supervisor. Then open your own.</source>
        <translation>请由该班当班人或值班员在“当班”中点钞结账，再开您自己的班。</translation>
    </message>
    <message>
        <source>The open shift on this drawer is that of {login}, not yours.</source>
        <translation>本钱箱当前是 {login} 的当班，不是您的。</translation>
    </message>
    <message>
        <source>The shift is counted</source>
        <translation>当班已点钞</translation>
    </message>
    <message>
        <source>The drawer of this shift was counted: nothing more is taken or given in it.</source>
        <translation>本班钱箱已点钞申报，不再收付款。</translation>
    </message>
    <message>
        <source>Close it under Shift with a supervisor, then open a new one.</source>
        <translation>请与值班员在“当班”中办理结账，再重新开班。</translation>
    </message>
    <message>
        <source>The last administrator</source>
        <translation>最后一名管理员</translation>
    </message>
    <message>
        <source>Nobody would be left who may manage accounts here.</source>
        <translation>这样将无人可以管理本窗口的账号。</translation>
    </message>
    <message>
        <source>Make another account an administrator first.</source>
        <translation>请先将另一账号设为管理员。</translation>
    </message>
    <message>
        <source>The paper before may still come out</source>
        <translation>前一张可能仍会打出</translation>
    </message>
    <message>
        <source>It waits, or nobody has said yet whether it came out.</source>
        <translation>前一张尚在等待，或还没有人确认是否打出。</translation>
    </message>
    <message>
        <source>Look at the printer and answer under Devices (Alt+7), then print the copy.</source>
        <translation>请查看打印机，在“设备”(Alt+7) 中回答后再补打。</translation>
    </message>
    <message>
        <source>Nothing to print again</source>
        <translation>没有可补打的</translation>
    </message>
    <message>
        <source>No paper of this kind was printed yet.</source>
        <translation>此类纸张尚未打印过。</translation>
    </message>
    <message>
        <source>Choose it in the list of papers to print it for the first time.</source>
        <translation>请在单据列表中选择，首次打印。</translation>
    </message>
    <message>
        <source>It is there already</source>
        <translation>已在该打印机</translation>
    </message>
    <message>
        <source>This paper goes to that printer already.</source>
        <translation>此张本来就送往该打印机。</translation>
    </message>
    <message>
        <source>Choose another printer.</source>
        <translation>请另选打印机。</translation>
    </message>
    <message>
        <source>Picture refused</source>
        <translation>图片被拒绝</translation>
    </message>
    <message>
        <source>The picture is too large to be looked through.</source>
        <translation>图片过大，无法识别。</translation>
    </message>
    <message>
        <source>The file is no PNG or JPEG picture, or it is damaged.</source>
        <translation>该文件不是 PNG 或 JPEG 图片，或已损坏。</translation>
    </message>
    <message>
        <source>No code found</source>
        <translation>未找到车票码</translation>
    </message>
    <message>
        <source>There is no ticket code in this picture that can be read.</source>
        <translation>图片中没有可识别的车票码。</translation>
    </message>
    <message>
        <source>Choose another picture, or scan the paper itself.</source>
        <translation>请另选图片，或直接扫描车票。</translation>
    </message>
    <message>
        <source>Record it</source>
        <translation>记账</translation>
    </message>
    <message>
        <source>this computer offers no USB</source>
        <translation>本机没有 USB</translation>
    </message>
    <message>
        <source>this device is no printer</source>
        <translation>该设备不是打印机</translation>
    </message>
    <message>
        <source>not plugged in, or switched off</source>
        <translation>未插好，或未开机</translation>
    </message>
    <message>
        <source>there are several of them</source>
        <translation>有多台相同的设备</translation>
    </message>
</context>
</TS>
